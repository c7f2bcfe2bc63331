"""Says what checkdmarc says of domains, one a line on standard input, whose DNS answers at the port that is its argument.

Prints lines of DOMAIN <tab> WHAT <tab> TEXT. WHAT is location, p, sp, np, error or warning.
"""

import sys

import dns.nameserver
import dns.resolver
from checkdmarc.dmarc import check_dmarc

resolver = dns.resolver.Resolver(configure=False)
resolver.nameservers = [dns.nameserver.Do53Nameserver("127.0.0.1", int(sys.argv[1]))]

for domain in sys.stdin.read().split():
    found = check_dmarc(domain, resolver=resolver)

    def say(what, text):
        print(domain, what, " ".join(str(text).split()), sep="\t")

    if found["location"]:
        say("location", found["location"])
    if found["valid"]:
        for tag in ["p", "sp", "np"]:
            say(tag, found["tags"][tag]["value"])
    else:
        say("error", found["error"])
    for warning in found["warnings"]:
        say("warning", warning)
