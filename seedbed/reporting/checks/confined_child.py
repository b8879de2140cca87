"""The process in which an answer's code runs: started by `confined.py`, by path, with nothing of Seedbed in it.

It reads `{"blocks", "tests", "word"}` from standard input, takes all from itself that the code must not have, writes `ready`
to the descriptor of its first argument, runs the blocks and the tests, and writes `word` once the tests have passed.

What is left is a list of system calls (seccomp, arm64 and x86-64 Linux): memory, time, and reading files. No socket, no
process, no thread, no signal to another, no file opened to be written, removed or renamed, no limit raised.
"""

import ctypes
import json
import os
import platform
import resource
import sys
from contextlib import suppress

SECONDS = 5
"""Of processor time."""
MEMORY = 1 << 29
"""Bytes of address space."""
_X86 = {
    *(0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),  # read write close stat fstat lstat poll lseek mmap … rt_sigreturn
    *(17, 19, 20, 21, 23, 24, 25, 28, 32, 35, 39),  # pread64 readv writev access select sched_yield mremap madvise dup …
    *(60, 63, 79, 89, 96, 98, 99, 100, 102, 104, 107, 108, 110),  # exit uname getcwd readlink gettimeofday … getppid
    *(131, 186, 201, 202, 204, 217, 219, 228, 229, 230, 231),  # sigaltstack gettid time futex … clock_nanosleep exit_group
    *(262, 267, 269, 270, 271, 273, 318, 332, 334, 439),  # newfstatat readlinkat faccessat … getrandom statx rseq
}
_ARM = {
    *(17, 23, 48, 57, 61, 62, 63, 64, 65, 66, 67, 72, 73, 78, 79, 80, 93, 94, 98, 99),
    *(101, 113, 114, 115, 123, 124, 128, 132, 134, 135, 139, 153, 160, 165, 169),
    *(172, 173, 174, 175, 176, 177, 178, 179, 214, 215, 216, 222, 226, 233, 278, 291, 293, 439),
}
_MACHINES = {"x86_64": (0xC000003E, _X86, {257: 2, 2: 1}), "aarch64": (0xC00000B7, _ARM, {56: 2})}
"""By machine: its number, the calls that are left, and those that open a file, with the place of their flags."""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_LOAD, _EQUAL, _AND, _RETURN = 0x20, 0x15, 0x54, 0x06
_ALLOW, _DENY, _KILL = 0x7FFF0000, 0x00050000 | 1, 0x80000000  # the second: fail with EPERM


class _Filter(ctypes.Structure):
    _fields_ = [("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("value", ctypes.c_uint32)]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filters", ctypes.POINTER(_Filter))]


def confine() -> None:
    """Permanently restrict this process to the listed system calls.

    Raises:
        OSError: the machine cannot.
    """
    arch, calls, opening = _MACHINES[platform.machine()]
    lines = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, arch), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    for call in sorted(calls):
        lines += [(_EQUAL, 0, 1, call), (_RETURN, 0, 0, _ALLOW)]
    for call, place in opening.items():
        lines += [(_EQUAL, 0, 5, call), (_LOAD, 0, 0, 16 + 8 * place), (_AND, 0, 0, _WRITES), (_EQUAL, 0, 1, 0)]
        lines += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _DENY)]
    lines += [(_RETURN, 0, 0, _DENY)]
    filters = (_Filter * len(lines))(*(_Filter(*line) for line in lines))
    library = ctypes.CDLL(None, use_errno=True)
    for arguments in ((38, 1, 0, 0, 0), (22, 2, ctypes.byref(_Program(len(lines), filters)), 0, 0)):
        if library.prctl(*arguments):
            raise OSError(ctypes.get_errno(), "prctl")


def main() -> None:
    """Run what standard input holds."""
    out = int(sys.argv[1])
    given = json.load(sys.stdin)
    word = given["word"].encode()
    limits = {"CPU": SECONDS, "AS": MEMORY, "FSIZE": 1 << 16, "CORE": 0, "NOFILE": 64}
    for name, most in limits.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    confine()
    os.write(out, b"ready")
    names: dict[str, object] = {"__name__": "answer"}
    for block in given["blocks"]:
        # An example of use may well fail here: the tests decide.
        with suppress(BaseException):
            exec(compile(block, "answer", "exec"), names)  # noqa: S102, what this process is for
    with suppress(BaseException):
        exec(compile(given["tests"], "tests", "exec"), names)  # noqa: S102, what this process is for
        os.write(out, word)
    os._exit(0)


if __name__ == "__main__":
    main()
