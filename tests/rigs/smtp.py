"""A mail server for the crash rig: aiosmtpd, on a free port of 127.0.0.1.

Each mail that it takes is written to the file named on the command line, one JSON object a line, and is on the disk before the sender hears
"250". The same line goes to standard output. The first line says the port. With a number as second argument it is in a storm until standard
input says "calm": mails are put off at RCPT or after DATA, the line is cut before the reply or nothing is ever said, and at times nobody
listens; each such fault is a line too. Ends when standard input does: nothing outlives its test.
"""

import asyncio
import email
import email.policy
import hashlib
import json
import os
import random
import re
import sys
import threading
import time

from aiosmtpd.smtp import SMTP

FAULTS = ("busy at RCPT", "busy after DATA", "cut after DATA", "silent after DATA", "silent at RCPT", "away")


def say(line):
    print(json.dumps(line), flush=True)


class Server:
    def __init__(self, path, storm):
        self.file = open(path, "a", encoding="utf-8")
        self.dice = random.Random(storm)
        self.storm = storm is not None
        self.port = 0
        self.listening = None

    async def listen(self):
        loop = asyncio.get_running_loop()
        smtp = lambda: SMTP(self, hostname="mail.example", enable_SMTPUTF8=True, loop=loop)
        self.listening = await loop.create_server(smtp, "127.0.0.1", self.port)
        self.port = self.listening.sockets[0].getsockname()[1]

    async def away(self):
        self.listening.close()
        await asyncio.sleep(3)
        await self.listen()

    async def handle_RCPT(self, server, session, envelope, address, options):
        session.mood = None
        if self.storm and self.dice.random() < 0.4:
            session.mood = self.dice.choice(FAULTS)
            say({"fault": session.mood})
        if session.mood == "busy at RCPT":
            return "450 4.2.1 try again later"
        if session.mood == "silent at RCPT":
            await asyncio.sleep(3600)
        if session.mood == "away":
            asyncio.get_running_loop().create_task(self.away())
            server.transport.abort()
            return "421 4.3.2 going away"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        text = mail.get_body(preferencelist=("plain",)).get_content()
        line = {
            "id": mail["Message-ID"],
            "subject": mail["Subject"],
            "to": envelope.rcpt_tos,
            "bytes": hashlib.sha256(envelope.content).hexdigest(),
            "text": text,
            "at": time.time(),
            "taken": session.mood is None,
            "news": sorted(set(re.findall(r"\bN\d{6}\b", text))),
            "firms": sorted(set(re.findall(r"\bK\d{6}\b", text))),
        }
        if session.mood is None:
            self.file.write(json.dumps(line) + "\n")
            self.file.flush()
            os.fsync(self.file.fileno())
        say(line)
        if session.mood == "busy after DATA":
            return "451 4.3.0 try again later"
        if session.mood == "cut after DATA":
            server.transport.abort()
        if session.mood == "silent after DATA":
            await asyncio.sleep(3600)
        return "250 2.0.0 kept"


async def main():
    server = Server(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None)
    await server.listen()
    say({"port": server.port})
    loop = asyncio.get_running_loop()
    over = asyncio.Event()

    def wait():
        for _ in sys.stdin:
            server.storm = False
        loop.call_soon_threadsafe(over.set)

    threading.Thread(target=wait, daemon=True).start()
    await over.wait()


asyncio.run(main())
