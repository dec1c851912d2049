"""Sends every message to all who are connected. original.py PORT"""
import asyncio
import json
import sys
import time
import uuid

import websockets

clients = {}


async def chat(client, *_):
    client_id = str(uuid.uuid4())
    clients[client_id] = client
    try:
        async for message in client:
            data = json.loads(message)
            answer = {
                "type": "chat_message",
                "from": client_id,
                "text": data.get("message"),
                "timestamp": time.time(),
            }
            for other in list(clients.values()):
                await other.send(json.dumps(answer))
    finally:
        del clients[client_id]


async def main():
    async with websockets.serve(chat, "127.0.0.1", int(sys.argv[1])):
        await asyncio.Future()


asyncio.run(main())
