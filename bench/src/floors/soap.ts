// The floor of shop-soap: node:http that reads the envelope of GetUser and writes its answer with fast-xml-parser, and
// asks PostgreSQL for the user with the statement of the shop. It checks nothing.
import { createServer } from 'node:http'
import { XMLBuilder, XMLParser } from 'fast-xml-parser'
import pg from 'pg'

const [port] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10 })
const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false })
const builder = new XMLBuilder({ ignoreAttributes: false })
const type = { 'Content-Type': 'application/soap+xml; charset=utf-8' }

createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { GetUser } = parser.parse(Buffer.concat(chunks).toString())['soap:Envelope']['soap:Body']
  const { rows } = await pool.query('select * from "users" where "id" = $1', [GetUser.id])
  const [{ id, name, email }] = rows
  const xml = builder.build({
    '?xml': { '@_version': '1.0', '@_encoding': 'UTF-8' },
    'soap:Envelope': {
      '@_xmlns:soap': 'http://www.w3.org/2003/05/soap-envelope',
      'soap:Body': {
        GetUserResponse: { '@_xmlns': 'http://example.com/user-service', User: { id, name, email } },
      },
    },
  })
  response.writeHead(200, { ...type, 'Content-Length': Buffer.byteLength(xml) }).end(xml)
}).listen(Number(port), '127.0.0.1', 4096)
