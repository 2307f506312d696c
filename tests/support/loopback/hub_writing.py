"""What changes repositories of the Hub on loopback: uploads, commits, references."""

from __future__ import annotations

import base64
import hashlib
import json
import urllib.parse

from tests.support.loopback.hub_http import Exchange

LFS_SUFFIXES = (".parquet", ".arrow", ".gz", ".zst", ".png", ".safetensors", ".bin", ".duckdb")


class Writing(Exchange):
    """The endpoints that need the right to write."""

    def create(self, content: bytes) -> None:
        if not self.may_write():
            return
        payload = json.loads(content)
        name = f"{payload.get('organization') or 'tester'}/{payload['name']}"
        if payload.get("type", "model") not in ("dataset", "model"):
            return self.fail(400, "this hub has only repositories of datasets and models")
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

    def remove(self, content: bytes) -> None:
        if not self.may_write():
            return
        payload = json.loads(content)
        self.hub.repos.pop(f"{payload.get('organization') or 'tester'}/{payload['name']}", None)
        self.hub.save()
        self.json({})
