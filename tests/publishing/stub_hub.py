"""The part of the hub's HTTP API that uploads and downloads of a model need, in memory: see HUB below."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "hf_test"


@dataclass
class Hub:
    """What the stub holds. Weights go the way of large files, all others are sent with the commit."""

    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    private: dict[str, bool] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)
    """By SHA-256."""
    commits: list[str] = field(default_factory=list)
    """Messages."""
    address: str = ""

    def revision(self, name: str) -> str:
        """A commit id that follows from the files."""
        held = self.repositories[name]
        listed = [(path, hashlib.sha256(data).hexdigest()) for path, data in sorted(held.items())]
        return hashlib.sha1(repr(listed).encode()).hexdigest()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.headers.get("transfer-encoding") == "chunked":
            body = self._chunks()
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            return self._answer(401, {"error": "Invalid username or password."})
        if self.path == "/api/validate-yaml":
            good = json.loads(body)["content"].startswith("---\n")
            return self._answer(200 if good else 400, {"errors": [], "warnings": []})
        if self.path == "/api/repos/create":
            return self._create(json.loads(body))
        name, verb = self._name_and_verb()
        if name not in self.hub.repositories:
            return self._missing()
        if verb.startswith("preupload"):
            return self._answer(200, {"files": [self._mode(name, each["path"]) for each in json.loads(body)["files"]]})
        if verb.startswith("commit"):
            return self._commit(name, [json.loads(line) for line in body.decode().splitlines()])
        objects = [self._upload(each) for each in json.loads(body)["objects"]]
        return self._answer(200, {"transfer": "basic", "objects": objects})

    def do_PUT(self):
        data = self.rfile.read(int(self.headers["content-length"]))
        self.hub.large[hashlib.sha256(data).hexdigest()] = data
        self._answer(200, {})

    def do_GET(self):
        name, verb = self._name_and_verb()
        hidden = self.hub.private.get(name) and self.headers.get("authorization") != f"Bearer {TOKEN}"
        if name not in self.hub.repositories or hidden:
            return self._missing()
        held, sha = self.hub.repositories[name], self.hub.revision(name)
        kind, asked, *_ = verb.split("/")
        if asked not in ("main", sha):
            return self._answer(404, {"error": "Invalid rev id"}, {"X-Error-Code": "RevisionNotFound"})
        if kind == "revision":
            return self._answer(200, {"id": name, "sha": sha, "siblings": [{"rfilename": path} for path in held]})
        if kind == "tree":
            return self._answer(200, [self._entry(path, data) for path, data in held.items()])
        path = verb.split("/", 2)[2]
        if path not in held:
            return self._answer(404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound"})
        etag = hashlib.sha256(held[path]).hexdigest()
        return self._answer(200, held[path], {"ETag": f'"{etag}"', "X-Repo-Commit": sha})

    do_HEAD = do_GET

    @property
    def hub(self) -> Hub:
        return self.server.hub

    def _name_and_verb(self) -> tuple[str, str]:
        found = re.fullmatch(r"(?:/api/models)?/([^/]+/[^/]+?)(?:\.git/info/lfs)?/(.*?)(\?.*)?", self.path)
        return (found[1], found[2]) if found else ("", "")

    def _create(self, asked):
        name = f"{asked.get('organization') or 'someone'}/{asked['name']}"
        if name in self.hub.repositories:
            return self._answer(
                409, {"error": "You already created this model repo", "url": f"{self.hub.address}/{name}"}
            )
        self.hub.repositories[name] = {".gitattributes": b"*.safetensors filter=lfs\n"}
        self.hub.private[name] = bool(asked.get("private")) or asked.get("visibility") == "private"
        return self._answer(200, {"url": f"{self.hub.address}/{name}", "name": name})

    def _mode(self, name, path):
        held = self.hub.repositories[name].get(path)
        oid = held and (hashlib.sha256(held).hexdigest() if path.endswith(".safetensors") else _blob(held))
        mode = "lfs" if path.endswith(".safetensors") else "regular"
        return {"path": path, "uploadMode": mode, "shouldIgnore": False, "oid": oid}

    def _upload(self, asked):
        href = f"{self.hub.address}/large/{asked['oid']}"
        actions = {} if asked["oid"] in self.hub.large else {"actions": {"upload": {"href": href}}}
        return {"oid": asked["oid"], "size": asked["size"], **actions}

    def _commit(self, name, lines):
        held = self.hub.repositories[name]
        for line in lines:
            value = line["value"]
            if line["key"] == "header":
                self.hub.commits.append(value["summary"])
            elif line["key"] == "file":
                held[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                held[value["path"]] = self.hub.large[value["oid"]]
            else:
                del held[value["path"]]
        sha = self.hub.revision(name)
        self._answer(200, {"commitUrl": f"{self.hub.address}/{name}/commit/{sha}", "commitOid": sha, "hookOutput": ""})

    def _entry(self, path, data):
        return {"type": "file", "path": path, "size": len(data), "oid": _blob(data)}

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _missing(self):
        self._answer(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})

    def _answer(self, status, content, headers=None):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        kind = "application/octet-stream" if isinstance(content, bytes) else "application/json"
        self.send_response(status)
        for key, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def _blob(data: bytes) -> str:
    """As git names a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def start() -> tuple[Hub, ThreadingHTTPServer]:
    """A hub that answers, until its server is shut down."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.hub = Hub(address=f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.hub, server
