"""Accepts one client after the other: receives its message, answers with all of them, closes.

original.py PORT [MESSAGES]: begins with that many messages of the benchmark, and again after SIGUSR1.
"""
import signal
import socket
import sys

port, count = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
history = []


def begin(*_):
    history[:] = [f"message {number:08d}" for number in range(1, count + 1)]


begin()
signal.signal(signal.SIGUSR1, begin)

with socket.socket() as server:
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", port))
    server.listen(1024)
    while True:
        client, _ = server.accept()
        with client:
            message = client.recv(1024).decode()
            if message:
                history.append(message)
                client.sendall("\n".join(history).encode())
