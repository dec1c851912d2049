// The floor of REST: node:http, which parses each request and answers all with the same headers and body.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const [port, script = ''] = process.argv.slice(2)
const { answer } = JSON.parse(readFileSync(script, 'utf8'))
const recorded = Buffer.from(answer, 'base64')
const head = recorded.indexOf('\r\n\r\n')
const [status = '', ...lines] = recorded.toString('latin1', 0, head).split('\r\n')
const code = Number(status.split(' ')[1])
const body = recorded.subarray(head + 4)
// These node writes itself.
const headers = lines
  .filter((line) => !/^(date|connection|keep-alive):/i.test(line))
  .flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)])

createServer((_request, response) => {
  response.writeHead(code, headers)
  response.end(body)
}).listen(Number(port), '127.0.0.1', 4096)
