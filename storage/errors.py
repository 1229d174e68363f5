"""What can go wrong with the store, told so that a person can act on it.

StoreError
├── StoreUnreadable    the file or address is no Sunsweep database, or cannot be opened
├── StoreTooNew        written by a newer version of this program
├── StoreFull          no room left to write; what was committed before is kept
├── StoreLocked        another process holds it for longer than we wait
├── StoreUnreachable   the database server does not answer
└── NoSuchSweep        an id (or `latest`) that is not there
"""

from __future__ import annotations

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError


class StoreError(Exception):
    """数据库操作失败"""

    def __init__(self, *, expected: str, found: str, where: str, advice: str) -> None:
        self.expected = expected
        self.found = found
        self.where = where
        self.advice = advice
        super().__init__(
            f"{self.__doc__}：应为{expected}；实际：{found}；位置：{where}；处理办法：{advice}。"
        )


class StoreUnreadable(StoreError):
    """数据库无法读取"""


class StoreTooNew(StoreError):
    """数据库版本过新"""


class StoreFull(StoreError):
    """磁盘已满，写不进数据库"""


class StoreLocked(StoreError):
    """数据库被占用"""


class StoreUnreachable(StoreError):
    """数据库服务器连接不上"""


class NoSuchSweep(StoreError):
    """没有这次巡检"""


_WHY_NOT = {
    errno.ENOENT: "文件或目录不存在",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "这是一个目录",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.ENOSPC: "磁盘已满",
    errno.EROFS: "所在的盘只读",
    errno.ENAMETOOLONG: "文件名过长",
}


def why_not(problem: OSError) -> str:
    """Why a file could not be opened, read or written, in words; the system's own for what is rare."""
    return _WHY_NOT.get(problem.errno or 0, problem.strerror or str(problem))


def unreadable(where: str, found: str) -> StoreUnreadable:
    return StoreUnreadable(
        expected="阳光巡检的数据库，或一个尚不存在、可以新建的文件",
        found=found,
        where=where,
        advice="用 --db 另指一个文件，或检查该文件及其目录的读写权限；原文件没有被改动",
    )


def too_new(where: str, version: str, known: str) -> StoreTooNew:
    return StoreTooNew(
        expected=f"版本不高于 {known} 的数据库",
        found=f"版本 {version}，由更新的程序写成",
        where=where,
        advice="升级本程序后再打开，或用 --db 另指一个文件；数据库没有被改动",
    )


def full(where: str, found: str) -> StoreFull:
    return StoreFull(
        expected="磁盘上有可写的空间",
        found=found,
        where=where,
        advice="腾出空间后用同一条命令继续，已经入库的内容都还在",
    )


def locked(where: str, found: str) -> StoreLocked:
    return StoreLocked(
        expected="数据库能在等待时限内写入",
        found=found,
        where=where,
        advice="等其他正在写入的巡检进程结束后再运行；用 fuser 可查是哪个进程占用",
    )


def unreachable(where: str, found: str) -> StoreUnreachable:
    return StoreUnreachable(
        expected="数据库服务器可以连接",
        found=found,
        where=where,
        advice="检查 --db 中的地址、端口、用户名、密码和库名，确认 PostgreSQL 已启动",
    )


# Extended result codes carry the primary code in the low byte (sqlite.org/rescode.html).
_SQLITE = {
    sqlite3.SQLITE_BUSY: locked,
    sqlite3.SQLITE_LOCKED: locked,
    sqlite3.SQLITE_FULL: full,
    # A write that fails half-way (quota, EFBIG, pulled disk) is reported as IOERR, see `_of_sqlite`.
    sqlite3.SQLITE_NOTADB: unreadable,
    sqlite3.SQLITE_CORRUPT: unreadable,
    sqlite3.SQLITE_CANTOPEN: unreadable,
    sqlite3.SQLITE_PERM: unreadable,
    sqlite3.SQLITE_READONLY: unreadable,
    sqlite3.SQLITE_AUTH: unreadable,
    sqlite3.SQLITE_IOERR: unreadable,
}
_SQLITE_WRITE_FAILED = {
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
}
_IN_CHINESE = {
    sqlite3.SQLITE_BUSY: "另一个进程一直占着写锁",
    sqlite3.SQLITE_LOCKED: "另一个连接占着表锁",
    sqlite3.SQLITE_FULL: "空间不足",
    sqlite3.SQLITE_NOTADB: "文件不是 SQLite 数据库",
    sqlite3.SQLITE_CORRUPT: "数据库文件已损坏",
    sqlite3.SQLITE_CANTOPEN: "文件打不开（目录不存在或没有权限）",
    sqlite3.SQLITE_PERM: "没有访问权限",
    sqlite3.SQLITE_READONLY: "文件是只读的",
    sqlite3.SQLITE_AUTH: "没有访问权限",
    sqlite3.SQLITE_IOERR: "磁盘读写出错",
}


def translate(problem: DBAPIError, where: str) -> StoreError | None:
    """The StoreError that says what a driver's error means; None where it is a fault of our own code."""
    cause: BaseException | None = problem.orig
    while cause is not None:
        if isinstance(cause, sqlite3.Error):
            return _of_sqlite(cause, where)
        state = getattr(cause, "sqlstate", None)
        if isinstance(state, str):
            return _of_postgres(state, str(cause), where)
        cause = cause.__cause__
    return unreachable(where, str(problem.orig)) if problem.connection_invalidated else None


def _of_sqlite(cause: sqlite3.Error, where: str) -> StoreError | None:
    code = getattr(cause, "sqlite_errorcode", None)
    if code is None:
        return None
    words = f"{_IN_CHINESE.get(code & 0xFF, '')}（{cause}）"
    if code in _SQLITE_WRITE_FAILED:
        return full(where, words)
    known = _SQLITE.get(code & 0xFF)
    return known(where, words) if known else None


def _of_postgres(state: str, words: str, where: str) -> StoreError | None:
    """By SQLSTATE class (PostgreSQL manual, appendix A)."""
    if state in {"53100", "53200"}:
        return full(where, words)
    if state in {"55P03", "40P01"}:
        return locked(where, words)
    if state[:2] in {"08", "28", "3D", "53", "57"}:
        return unreachable(where, words)
    return None
