"""Where a data set is published: the Hugging Face Hub, or a folder of any file system that fsspec knows.

hf://datasets/team/name, hf://team/name      a dataset repository, made private where it is not there
s3://bucket/path, gs://…, memory://…         by fsspec; each needs its own package (s3: `seedbed[s3]`)
a path                                       a folder of this machine
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from seedbed.util.errors import UserError

_HUB = "hf://"
_EXPECTED = "expected hf://datasets/OWNER/NAME, s3://BUCKET/PATH or a folder"
_HUBS_OWN = {".gitattributes"}
"""What the Hub puts into a new repository itself."""
_AGAIN = "; the repository is unchanged, run the same command again"
"""What to do after a failure: all files are one commit."""


class Destination(Protocol):
    """A place for the files of one data set."""

    def files(self) -> set[str]:
        """Return the paths of the files there, relative to it; none where it is not there yet."""

    def send(self, folder: Path, names: list[str]) -> None:
        """Put files there, the last one last: the card, so that nobody sees it before its data."""


def destination(to: str) -> Destination:
    """Return the place that an address names.

    Raises:
        UserError: it is no address of a known kind.
    """
    if to.startswith(("http://", "https://")):
        raise UserError(f"--to {to}: a web address, to which no files can be written; {_EXPECTED}")
    return _Hub(to) if to.startswith(_HUB) else _FileSystem(to)


class _Hub:
    """A dataset repository on the Hugging Face Hub, or on the server that `HF_ENDPOINT` names."""

    def __init__(self, to: str) -> None:
        from huggingface_hub import HfApi

        self._to = to
        self._id = to.removeprefix(_HUB).removeprefix("datasets/").strip("/")
        if self._id.count("/") != 1 or not all(self._id.split("/")):
            raise UserError(f"--to {to}: expected hf://datasets/OWNER/NAME")
        self._api: Any = HfApi(library_name="seedbed")

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """Say what the Hub says in one sentence, without the request, whose headers hold the token."""
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalTokenNotFoundError

        try:
            yield
        except HFValidationError as error:
            raise UserError(f"--to {self._to}: {str(error).splitlines()[0]}") from None
        except LocalTokenNotFoundError:
            raise UserError(f"--to {self._to}: the Hub requires a token; set HF_TOKEN, or run `hf auth login`") from None
        except HfHubHTTPError as error:
            status = error.response.status_code if error.response is not None else "no"
            reason = error.server_message or "no reason given"
            hint = "; does the token in HF_TOKEN have write access to it?" if status in (401, 403) else ""
            raise UserError(f"--to {self._to}: the Hub answered {status}: {reason}{hint or _AGAIN}") from None
        except Exception as error:  # of the HTTP library below, whose messages may hold a request
            raise UserError(f"--to {self._to}: the Hub cannot be reached ({type(error).__name__}){_AGAIN}") from None

    def files(self) -> set[str]:
        from huggingface_hub.errors import RepositoryNotFoundError

        with self._reported():
            try:
                return {*self._api.list_repo_files(self._id, repo_type="dataset")} - _HUBS_OWN
            except RepositoryNotFoundError:
                return set()

    def send(self, folder: Path, names: list[str]) -> None:
        from huggingface_hub import CommitOperationAdd

        with self._reported():
            self._api.create_repo(self._id, repo_type="dataset", private=True, exist_ok=True)
            # One commit, where upload_folder may make several: nobody sees half of it.
            files = [CommitOperationAdd(path_in_repo=name, path_or_fileobj=folder / name) for name in names]
            self._api.create_commit(self._id, files, commit_message="Data set built by Seedbed", repo_type="dataset")


class _FileSystem:
    """A folder of a file system that fsspec knows."""

    def __init__(self, to: str) -> None:
        import fsspec

        self._to = to
        try:
            self._fs, self._root = fsspec.core.url_to_fs(to)
        except ImportError as error:
            hint = "; `pip install 'seedbed[s3]'`" if to.startswith("s3:") else ""
            raise UserError(f"--to {to}: {error}{hint}") from None
        except ValueError as error:
            raise UserError(f"--to {to}: {error}; {_EXPECTED}") from None
        except Exception as error:  # some file systems connect at once, and raise what their libraries do
            raise UserError(f"--to {to}: {_reason(error)}; nothing was sent") from None

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except UserError:
            raise
        except Exception as error:  # each file system raises what its own library does
            raise UserError(
                f"--to {self._to}: {_reason(error)}; the files already sent remain; run the same command again to replace them"
            ) from None

    def files(self) -> set[str]:
        with self._reported():
            if not self._fs.exists(self._root):
                return set()
            if self._fs.isfile(self._root):
                raise UserError(f"--to {self._to}: this is a file; give a folder")
            root = self._root.rstrip("/") + "/"
            return {path.removeprefix(root) for path in self._fs.find(self._root) if path.rstrip("/") != root.rstrip("/")}

    def send(self, folder: Path, names: list[str]) -> None:
        from fsspec.implementations.local import LocalFileSystem

        with self._reported():
            for name in names:
                target = f"{self._root.rstrip('/')}/{name}"
                if isinstance(self._fs, LocalFileSystem):  # an object store has no folders, and would make a missing bucket
                    self._fs.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
                self._fs.put_file(str(folder / name), target)


def _reason(error: Exception) -> str:
    """Return what a file system's library said, on one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200] or 'no reason given'}"
