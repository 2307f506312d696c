"""How this machine reaches others: proxies and certificates, alike for all clients."""
