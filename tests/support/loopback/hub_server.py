"""A small Hugging Face Hub on the loopback interface, for testing what publishes to the Hub.

The real `huggingface_hub` and `datasets` clients talk to it when HF_ENDPOINT names it: repositories,
LFS uploads, commits, listings and downloads of dataset repos. Standard library only.

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
import base64
import contextlib
import hashlib
import json
import pathlib
import re
import urllib.parse
from http.server import ThreadingHTTPServer

from tests.support.loopback.hub_http import READONLY, WRITE, Exchange
from tests.support.loopback.hub_repositories import Hub

LFS_SUFFIXES = (".parquet", ".arrow", ".gz", ".zst", ".png", ".safetensors", ".bin", ".duckdb")
DATE = "2026-01-01T00:00:00.000Z"


class Handler(Exchange):
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

    def create(self, content: bytes) -> None:
        if not self.may_write():
            return
        payload = json.loads(content)
        name = f"{payload.get('organization') or 'tester'}/{payload['name']}"
        if payload.get("type") != "dataset":
            return self.fail(400, "this hub has only dataset repositories")
        if name in self.hub.repos:
            return self.json({"error": "You already created this dataset repo", "url": self.url(name)}, 409)
        private = payload.get("visibility") == "private" or bool(payload.get("private"))
        first = hashlib.sha1(name.encode()).hexdigest()
        self.hub.repos[name] = {
            "private": private,
            "refs": {"main": first},
            "commits": [{"oid": first, "title": "initial commit", "files": {}}],
        }
        self.hub.save()
        self.json({"url": self.url(name), "name": name, "id": name})

    def url(self, name: str) -> str:
        return f"http://{self.headers['Host']}/datasets/{name}"

    def preupload(self, content: bytes, name: str, revision: str) -> None:
        if not self.may_write() or (repo := self.repo(name)) is None:
            return
        files = self.hub.files(repo, revision) or {}
        modes = []
        for entry in json.loads(content)["files"]:
            large = entry["path"].endswith(LFS_SUFFIXES) or entry["size"] > 10 * 2**20
            known = files.get(entry["path"])
            modes.append(
                {
                    "path": entry["path"],
                    "uploadMode": "lfs" if large else "regular",
                    "shouldIgnore": False,
                    "oid": known and (known["oid"] if known["lfs"] else known["git"]),
                }
            )
        self.json({"files": modes})

    def lfs_batch(self, content: bytes, name: str) -> None:
        if not self.may_write() or self.repo(name) is None:
            return
        objects = []
        for entry in json.loads(content)["objects"]:
            actions = (
                {}
                if self.hub.blob(entry["oid"]).exists()
                else {"upload": {"href": f"http://{self.headers['Host']}/lfs/{entry['oid']}", "header": {}}}
            )
            objects.append({"oid": entry["oid"], "size": entry["size"], **({"actions": actions} if actions else {})})
        self.json({"transfer": "basic", "objects": objects})

    def lfs_put(self, content: bytes, oid: str) -> None:
        self.hub.seen["lfs uploads"] += 1
        if self.hub.seen["lfs uploads"] <= self.hub.options.fail_uploads:
            return self.fail(500, "storage is not available")
        if hashlib.sha256(content).hexdigest() != oid:
            return self.fail(400, "the content does not have that sha256")
        self.hub.store(content)
        self.hub.seen["lfs bytes"] += len(content)
        self.send(200)

    def commit(self, content: bytes, name: str, revision: str) -> None:
        if not self.may_write() or (repo := self.repo(name)) is None:
            return
        self.hub.seen["commits asked"] += 1
        if self.hub.seen["commits asked"] <= self.hub.options.fail_commits:
            return self.fail(500, "internal error")
        branch = urllib.parse.unquote(revision)
        if branch not in repo["refs"]:
            return self.fail(404, f"Invalid rev id: {branch}", "RevisionNotFound")
        files, title = dict(self.hub.files(repo, branch) or {}), ""
        for line in content.splitlines():
            step = json.loads(line)
            value = step["value"]
            if step["key"] == "header":
                title = value.get("summary", "")
                parent = value.get("parentCommit")
                if parent and parent != repo["refs"][branch]:
                    return self.fail(412, "A commit has happened since. Please refresh and try again.")
            elif step["key"] == "file":
                data = base64.b64decode(value["content"])
                git = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
                files[value["path"]] = {"lfs": False, "oid": self.hub.store(data), "git": git, "size": len(data)}
            elif step["key"] == "lfsFile":
                if not self.hub.blob(value["oid"]).exists():
                    return self.fail(400, f"LFS object {value['oid']} was never uploaded")
                files[value["path"]] = {
                    "lfs": True,
                    "oid": value["oid"],
                    "size": self.hub.blob(value["oid"]).stat().st_size,
                    "git": hashlib.sha1(value["oid"].encode()).hexdigest(),
                }
            elif step["key"] == "deletedFile":
                files.pop(value["path"], None)
            elif step["key"] == "deletedFolder":
                files = {p: f for p, f in files.items() if not p.startswith(value["path"].rstrip("/") + "/")}
        oid = hashlib.sha1(json.dumps([repo["refs"][branch], title, files, len(repo["commits"])]).encode()).hexdigest()
        repo["commits"].append({"oid": oid, "title": title, "files": files})
        repo["refs"][branch] = oid
        self.hub.save()
        self.json({"success": True, "commitOid": oid, "commitUrl": f"{self.url(name)}/commit/{oid}", "hookOutput": ""})

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

    def add_ref(self, content: bytes, name: str, kind: str, ref: str) -> None:
        if not self.may_write() or (repo := self.repo(name)) is None:
            return
        payload = json.loads(content or b"{}")
        label = payload.get("tag") or urllib.parse.unquote(ref)
        if label in repo["refs"]:
            return self.fail(409, f"Reference {label} already exists")
        repo["refs"][label] = self.hub.sha(repo, payload.get("startingPoint") or (ref if kind == "tag" else "main"))
        self.hub.save()
        self.json({"success": True})

    def yaml(self, _: bytes) -> None:
        self.json({"errors": [], "warnings": []})

    def remove(self, content: bytes) -> None:
        if not self.may_write():
            return
        payload = json.loads(content)
        self.hub.repos.pop(f"{payload.get('organization') or 'tester'}/{payload['name']}", None)
        self.hub.save()
        self.json({})


NAME, REV = r"([^/]+/[^/]+)", r"([^/]+)"
ROUTES = [
    (("GET",), r"/stats", Handler.stats),
    (("GET",), r"/api/whoami-v2", Handler.whoami),
    (("POST",), r"/api/repos/create", Handler.create),
    (("DELETE",), r"/api/repos/delete", Handler.remove),
    (("POST",), r"/api/validate-yaml", Handler.yaml),
    (("POST",), rf"/api/datasets/{NAME}/preupload/{REV}", Handler.preupload),
    (("POST",), rf"/datasets/{NAME}\.git/info/lfs/objects/batch", Handler.lfs_batch),
    (("PUT",), r"/lfs/([0-9a-f]{64})", Handler.lfs_put),
    (("POST",), rf"/api/datasets/{NAME}/commit/{REV}", Handler.commit),
    (("GET",), rf"/api/datasets/{NAME}/tree/{REV}(?:/(.*))?", Handler.tree),
    (("POST",), rf"/api/datasets/{NAME}/paths-info/{REV}", Handler.paths_info),
    (("GET",), rf"/api/datasets/{NAME}/commits/{REV}", Handler.commits),
    (("GET",), rf"/api/datasets/{NAME}/refs", Handler.refs),
    (("POST",), rf"/api/datasets/{NAME}/(branch|tag)/{REV}", Handler.add_ref),
    (("GET", "HEAD"), rf"/datasets/{NAME}/resolve/{REV}/(.+)", Handler.resolve),
    (("GET",), rf"/api/datasets/{NAME}/revision/{REV}", Handler.info),
    (("GET",), rf"/api/datasets/{NAME}", Handler.info),
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
