"""Servers that speak TLS, none of them ours: mail with STARTTLS, mail with TLS from the first byte, and HTTPS.

Arguments: certificate and key (PEM). The first line on standard output says the ports; each mail and each request is a line after it. Mail is
taken from "atalaya" with the password "swordfish" alone, and never in clear. Ends when standard input does.
"""

import asyncio
import json
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def say(line):
    print(json.dumps(line), flush=True)


def known(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"atalaya", b"swordfish")
    return AuthResult(success=good, handled=False)


class Keep:
    async def handle_DATA(self, server, session, envelope):
        say({"to": envelope.rcpt_tos, "user": bool(session.authenticated), "cipher": server.transport.get_extra_info("cipher")[1]})
        return "250 2.0.0 kept"


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path == "/page"
        body = b"<html><head><title>Page</title></head><body><h1>Page</h1><p>Something to read here.</p></body></html>" if found else b""
        self.answer(200 if found else 404, body)

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.answer(204, b"")

    def answer(self, status, body):
        say({"method": self.command, "path": self.path, "signed": "webhook-signature" in self.headers})
        self.send_response(status)
        self.send_header("content-type", "text/html")
        if status != 204:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Https(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A handshake that the other side breaks off is no news here."""


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    loop = asyncio.get_running_loop()
    common = {"hostname": "mail.example", "loop": loop, "authenticator": known, "auth_required": True}
    starttls = await loop.create_server(lambda: SMTP(Keep(), tls_context=context, require_starttls=True, **common), "127.0.0.1", 0)
    implicit = await loop.create_server(lambda: SMTP(Keep(), auth_require_tls=False, **common), "127.0.0.1", 0, ssl=context)
    https = Https(("127.0.0.1", 0), Page)
    https.socket = context.wrap_socket(https.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=https.serve_forever, daemon=True).start()
    port = lambda server: server.sockets[0].getsockname()[1]
    say({"starttls": port(starttls), "tls": port(implicit), "https": https.server_address[1]})
    over = asyncio.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(over.set)), daemon=True).start()
    await over.wait()


asyncio.run(main())
