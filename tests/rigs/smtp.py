"""A mail server for the crash rig: aiosmtpd, on a free port of 127.0.0.1.

Each mail is written to the file named on the command line, one JSON object a line, and is on the disk before the sender hears "250". The same
line goes to standard output. The first line says the port. Ends when standard input does: nothing outlives its test.
"""

import asyncio
import email
import email.policy
import hashlib
import json
import os
import re
import sys
import threading
import time

from aiosmtpd.smtp import SMTP


class Keep:
    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        text = mail.get_body(preferencelist=("plain",)).get_content()
        line = json.dumps({
            "id": mail["Message-ID"],
            "subject": mail["Subject"],
            "to": envelope.rcpt_tos,
            "bytes": hashlib.sha256(envelope.content).hexdigest(),
            "at": time.time(),
            "news": sorted(set(re.findall(r"\bN\d{6}\b", text))),
            "firms": sorted(set(re.findall(r"\bK\d{6}\b", text))),
        })
        self.file.write(line + "\n")
        self.file.flush()
        os.fsync(self.file.fileno())
        print(line, flush=True)
        return "250 2.0.0 kept"


async def main():
    keep = Keep(sys.argv[1])
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(keep, hostname="mail.example", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    over = asyncio.Event()

    def wait():
        sys.stdin.read()
        loop.call_soon_threadsafe(over.set)

    threading.Thread(target=wait, daemon=True).start()
    await over.wait()


asyncio.run(main())
