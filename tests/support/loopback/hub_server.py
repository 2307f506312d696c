"""A small Hugging Face Hub on the loopback interface, for testing what publishes to the Hub.

The real `huggingface_hub` and `datasets` clients talk to it when HF_ENDPOINT names it: repositories,
LFS uploads, commits, listings and downloads of repositories of datasets and models. Standard library only.

    python -m tests.support.loopback.hub_server --port 8198 --root hub-data
    export HF_ENDPOINT=http://127.0.0.1:8198 HF_TOKEN=hf_test HF_HUB_DISABLE_XET=1

Writing needs the token `hf_test` (another one gets 401, `hf_readonly` gets 403); a private repo needs it for
reading too. Each commit is kept whole, so an earlier revision can be read back.

Faults: --fail-uploads N makes the first N LFS uploads fail with 500; --fail-commits N makes the first N
commits answer 500 before anything is stored; --slow-ms delays every answer.
GET /stats: what the server saw (uploads, bytes, commits, requests it has no answer for).
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import pathlib
import re
import urllib.parse
from http.server import ThreadingHTTPServer

from tests.support.loopback.hub_http import READONLY, WRITE
from tests.support.loopback.hub_repositories import Hub
from tests.support.loopback.hub_writing import Writing

DATE = "2026-01-01T00:00:00.000Z"


class Handler(Writing):
    """The endpoints that huggingface_hub and datasets call."""

    def stats(self, _: bytes) -> None:
        self.json(
            {
                "requests": self.hub.seen,
                "unanswered": self.hub.unanswered,
                "repos": {n: len(r["commits"]) for n, r in self.hub.repos.items()},
            }
        )

    def whoami(self, _: bytes) -> None:
        if self.token() not in (WRITE, READONLY):
            return self.fail(401, "Invalid username or password.")
        self.json(
            {
                "type": "user",
                "id": "1",
                "name": "tester",
                "fullname": "tester",
                "orgs": [],
                "auth": {"type": "access_token", "accessToken": {"displayName": "t", "role": "write"}},
            }
        )

    def info(self, _: bytes, name: str, revision: str | None = None) -> None:
        if (repo := self.repo(name)) is None:
            return
        files = self.hub.files(repo, revision or "main")
        if files is None:
            return self.fail(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        card = next((f for p, f in files.items() if p == "README.md"), None)
        self.json(
            {
                "_id": "1",
                "id": name,
                "author": name.split("/")[0],
                "sha": self.hub.sha(repo, revision or "main"),
                "private": repo["private"],
                "gated": False,
                "disabled": False,
                "downloads": 0,
                "likes": 0,
                "tags": [],
                "lastModified": DATE,
                "createdAt": DATE,
                "key": "",
                "description": "" if card else None,
                "siblings": [{"rfilename": p} for p in sorted(files)],
            }
        )

    def tree(self, _: bytes, name: str, revision: str, folder: str | None) -> None:
        if (repo := self.repo(name)) is None:
            return
        files = self.hub.files(repo, revision)
        if files is None:
            return self.fail(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        prefix = urllib.parse.unquote(folder or "").strip("/")
        prefix = prefix + "/" if prefix else ""
        recursive = self.query.get("recursive", "").lower() in ("1", "true")
        rows, folders = [], {}
        for path, file in sorted(files.items()):
            if not path.startswith(prefix):
                continue
            parts = path[len(prefix) :].split("/")
            for depth in range(1, len(parts)):
                folders[prefix + "/".join(parts[:depth])] = depth
            if recursive or len(parts) == 1:
                rows.append(self.entry(path, file))
        rows += [
            {"type": "directory", "path": p, "oid": hashlib.sha1(p.encode()).hexdigest(), "size": 0}
            for p, depth in folders.items()
            if recursive or depth == 1
        ]
        if prefix and not rows:
            return self.fail(404, f"{prefix} does not exist on {revision}", "EntryNotFound")
        self.json(rows)

    @staticmethod
    def entry(path: str, file: dict) -> dict:
        row = {"type": "file", "path": path, "size": file["size"], "oid": file["git"]}
        if file["lfs"]:
            row["lfs"] = {"oid": file["oid"], "size": file["size"], "pointerSize": 134}
        return row

    def paths_info(self, content: bytes, name: str, revision: str) -> None:
        if (repo := self.repo(name)) is None:
            return
        kind = self.headers.get("Content-Type", "")
        if "json" in kind:
            paths = json.loads(content)["paths"]
        else:
            paths = urllib.parse.parse_qs(content.decode()).get("paths", [])
        files = self.hub.files(repo, revision) or {}
        rows = []
        for path in paths:
            path = path.strip("/")
            if path in files:
                rows.append(self.entry(path, files[path]))
            elif any(p.startswith(path + "/") for p in files):
                rows.append(
                    {"type": "directory", "path": path, "oid": hashlib.sha1(path.encode()).hexdigest(), "size": 0}
                )
        self.json(rows)

    def resolve(self, _: bytes, name: str, revision: str, path: str) -> None:
        if (repo := self.repo(name)) is None:
            return
        files = self.hub.files(repo, revision)
        if files is None:
            return self.fail(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        file = files.get(urllib.parse.unquote(path))
        if file is None:
            return self.fail(404, f"Entry not found: {path}", "EntryNotFound")
        data = self.hub.blob(file["oid"]).read_bytes()
        headers = {
            "X-Repo-Commit": self.hub.sha(repo, revision),
            "ETag": f'"{file["oid"]}"',
            "Accept-Ranges": "bytes",
            "X-Linked-Size": str(len(data)),
            "X-Linked-Etag": f'"{file["oid"]}"',
            "Content-Length": str(len(data)),
        }
        if (byte_range := self.headers.get("Range")) and (m := re.fullmatch(r"bytes=(\d+)-(\d*)", byte_range)):
            start, end = int(m[1]), min(int(m[2]) if m[2] else len(data) - 1, len(data) - 1)
            headers |= {"Content-Range": f"bytes {start}-{end}/{len(data)}", "Content-Length": str(end - start + 1)}
            return self.send(206, data[start : end + 1], "application/octet-stream", headers)
        self.send(200, data, "application/octet-stream", headers)

    def commits(self, _: bytes, name: str, revision: str) -> None:
        if (repo := self.repo(name)) is None:
            return
        self.json(
            [
                {"id": c["oid"], "title": c["title"], "message": "", "date": DATE, "authors": [{"user": "tester"}]}
                for c in reversed(repo["commits"])
            ]
        )

    def refs(self, _: bytes, name: str) -> None:
        if (repo := self.repo(name)) is None:
            return
        rows = [{"name": r, "ref": f"refs/heads/{r}", "targetCommit": oid} for r, oid in repo["refs"].items()]
        self.json({"branches": rows, "converts": [], "tags": [], "pullRequests": []})

    def yaml(self, _: bytes) -> None:
        self.json({"errors": [], "warnings": []})


NAME, REV, KIND = r"([^/]+/[^/]+)", r"([^/]+)", "(?:datasets|models)"
ROUTES = [
    (("GET",), r"/stats", Handler.stats),
    (("GET",), r"/api/whoami-v2", Handler.whoami),
    (("POST",), r"/api/repos/create", Handler.create),
    (("DELETE",), r"/api/repos/delete", Handler.remove),
    (("POST",), r"/api/validate-yaml", Handler.yaml),
    (("POST",), rf"/api/{KIND}/{NAME}/preupload/{REV}", Handler.preupload),
    (("POST",), rf"(?:/datasets)?/{NAME}\.git/info/lfs/objects/batch", Handler.lfs_batch),
    (("PUT",), r"/lfs/([0-9a-f]{64})", Handler.lfs_put),
    (("POST",), rf"/api/{KIND}/{NAME}/commit/{REV}", Handler.commit),
    (("GET",), rf"/api/{KIND}/{NAME}/tree/{REV}(?:/(.*))?", Handler.tree),
    (("POST",), rf"/api/{KIND}/{NAME}/paths-info/{REV}", Handler.paths_info),
    (("GET",), rf"/api/{KIND}/{NAME}/commits/{REV}", Handler.commits),
    (("GET",), rf"/api/{KIND}/{NAME}/refs", Handler.refs),
    (("POST",), rf"/api/{KIND}/{NAME}/(branch|tag)/{REV}", Handler.add_ref),
    (("GET", "HEAD"), rf"(?:/datasets)?/{NAME}/resolve/{REV}/(.+)", Handler.resolve),
    (("GET",), rf"/api/{KIND}/{NAME}/revision/{REV}", Handler.info),
    (("GET",), rf"/api/{KIND}/{NAME}", Handler.info),
]

Handler.routes = ROUTES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8198, help="0 picks a free one and prints it")
    parser.add_argument("--root", type=pathlib.Path, required=True, help="where repositories are kept")
    parser.add_argument("--fail-uploads", type=int, default=0)
    parser.add_argument("--fail-commits", type=int, default=0)
    parser.add_argument("--slow-ms", type=float, default=0.0)
    options = parser.parse_args()
    Handler.hub = Hub(options.root, options)
    server = ThreadingHTTPServer((options.host, options.port), Handler)
    server.daemon_threads = True
    print(f"hub on http://{options.host}:{server.server_address[1]} root {options.root}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()
