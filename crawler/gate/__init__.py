"""Below the gate (crawler/net.py): names, hosts and their pace, the wire, one exchange, walls."""
