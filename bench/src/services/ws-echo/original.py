"""Answers every message with five. original.py PORT"""
import asyncio
import sys

import websockets


async def echo(client, *_):
    async for message in client:
        for number in range(1, 6):
            await client.send(f"{number} Сообщение пользователя: {message}")


async def main():
    async with websockets.serve(echo, "127.0.0.1", int(sys.argv[1])):
        await asyncio.Future()


asyncio.run(main())
