import {
  ChatContainer,
  type StartedChatContainer,
  type StartedValkey,
  startValkey,
} from '@polyservice-lab/testcontainers'
import { io, type Socket } from 'socket.io-client'
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { until } from '../support/lab.ts'
import { next, openPeer } from './support/peer.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 })

/** Sticky by what a client calls itself: one that polls must reach the same replica each time. */
const nginxConf = `
error_log stderr;
pid /tmp/nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  upstream chat {
    hash $http_x_client;
    server replica-a:8766 max_fails=1 fail_timeout=1s;
    server replica-b:8766 max_fails=1 fail_timeout=1s;
  }
  server {
    listen 8080;
    location / {
      proxy_pass http://chat;
      proxy_http_version 1.1;
      proxy_connect_timeout 1s;
      proxy_read_timeout 120s;
      proxy_buffering off;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }
  }
}
`

let valkey: StartedValkey
let replicas: StartedChatContainer[] = []
let nginx: StartedTestContainer

beforeAll(async () => {
  valkey = await startValkey()
  const start = (name: string) =>
    new ChatContainer()
      .withValkey(valkey)
      .withNetworkAliases(name)
      .withEnvironment({ PRESENCE_TIMEOUT_MS: '4000' })
      .start()
  replicas = await Promise.all([start('replica-a'), start('replica-b')])
  nginx = await new GenericContainer(process.env['NGINX_IMAGE'] || 'nginx:1.26')
    .withNetwork(valkey.network)
    .withCopyContentToContainer([{ content: nginxConf, target: '/etc/nginx/nginx.conf' }])
    .withExposedPorts(8080)
    .withWaitStrategy(Wait.forListeningPorts())
    .start()
})
afterAll(async () => {
  await nginx?.stop()
  await Promise.all(replicas.map((replica) => replica.stop()))
  await valkey?.stop()
})

const address = () => ({ host: '127.0.0.1', port: nginx.getMappedPort(8080) })

interface Poller {
  readonly socket: Socket
  readonly heard: string[]
  readonly gone: string[]
}

/** A client that only polls, and comes back by itself: it logs in and joins again. */
async function poller(name: string): Promise<Poller> {
  const { host, port } = address()
  const socket = io(`http://${host}:${port}`, {
    transports: ['polling'],
    forceNew: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 500,
    extraHeaders: { 'X-Client': name },
  })
  const heard: string[] = []
  const gone: string[] = []
  socket.on('new_message', ({ message }) => heard.push(message))
  socket.on('user_offline', ({ user_id }) => gone.push(user_id))
  let isIn = false
  socket.on('connect', () => {
    socket.emit('login', { username: name })
    socket.emit('join_room', { room_id: 'club' }, () => {
      isIn = true
    })
  })
  await until(() => isIn, `${name} has joined`)
  return { socket, heard, gone }
}

test('behind NGINX with sticky polling, people of both replicas and of both edges talk', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const people = await Promise.all(names.map(poller))
  const plain = await openPeer('rooms', address())
  plain.send(JSON.stringify({ type: 'login', username: 'plain', id: 1 }))
  plain.send(JSON.stringify({ type: 'join_room', room_id: 'club', id: 2 }))
  await until(() => plain.heard.some(({ id }) => id === 2), 'the plain client has joined')
  for (const replica of replicas) expect(await replica.metric('lab_connections')).toBeGreaterThan(0)

  const said = await Promise.all(
    people.map(({ socket }, i) =>
      socket.timeout(20_000).emitWithAck('send_message', { room_id: 'club', message: names[i] }),
    ),
  )
  expect(said.map(({ ok }) => ok)).toEqual(names.map(() => true))
  await until(() => people.every(({ heard }) => heard.length === names.length), 'everybody has heard all')
  for (const { heard } of people) expect(heard).toEqual(people[0]?.heard)

  plain.heard.length = 0
  await people[0]?.socket
    .timeout(20_000)
    .emitWithAck('private_message', { to: people.at(-1)?.socket.id, text: 'psst' })
  people[0]?.socket.emit('send_message', { room_id: 'club', message: 'to all' })
  expect(await next(plain)).toMatchObject({ type: 'new_message', message: 'to all' })

  const ids = people.map(({ socket }) => socket.id ?? '')
  await replicas[1]?.signal('SIGKILL')
  const moved = () => people.filter(({ socket }, i) => socket.connected && socket.id !== ids[i])
  const stayed = () => people.filter(({ socket }, i) => socket.id === ids[i])
  await until(
    () => moved().length > 0 && people.every(({ socket }) => socket.connected),
    'all are there again',
  )
  const killed = ids.filter((id) => !people.some(({ socket }) => socket.id === id))
  await until(
    () => stayed().every(({ gone }) => killed.every((id) => gone.includes(id))),
    'the people of the killed replica are told to be gone',
  )
  for (const { gone } of stayed())
    expect(gone.filter((id) => killed.includes(id))).toHaveLength(killed.length)
  const [someone] = moved()
  await someone?.socket
    .timeout(20_000)
    .emitWithAck('send_message', { room_id: 'club', message: 'still here' })
  await until(
    () => people.every(({ heard }) => heard.at(-1) === 'still here'),
    'they talk on, on one replica',
  )

  for (const { socket } of people) socket.disconnect()
  await plain.close()
})
