"""Signs messages with dkimpy, changes some of them, and writes down what dkimpy itself says of each.

usage: sign.py DIR, which then holds
    NAME.eml    a message
    keys        NAME <tab> TXT, one record a line; !SERVFAIL for a name that gets no answer
    verdicts    NAME <tab> pass or fail of each of its signatures <tab> why
"""

import base64
import pathlib
import subprocess
import sys
import time

import dkim
import nacl.signing

DIR = pathlib.Path(sys.argv[1])
NOW = int(time.time())
HOUR = 3600

KEYS = {}
VERDICTS = []


def rsa(bits):
    """A private key in PEM, and its public half as the value of p=."""
    run = lambda *words, given=None: subprocess.run(["openssl", *words], input=given, capture_output=True, check=True)
    private = run("genrsa", "-traditional", str(bits)).stdout
    public = run("rsa", "-pubout", "-outform", "DER", given=private).stdout
    return private, base64.b64encode(public).decode()


def ed25519():
    """The same for Ed25519, as dkimpy takes it."""
    key = nacl.signing.SigningKey.generate()
    return base64.b64encode(bytes(key)), base64.b64encode(bytes(key.verify_key)).decode()


RSA, RSA_PUBLIC = rsa(2048)
ED, ED_PUBLIC = ed25519()
OTHER_PUBLIC = rsa(1024)[1]


def key(selector, *records):
    """Publishes what stands at a selector of dkim.test, and gives the selector."""
    KEYS[selector + "._domainkey.dkim.test"] = list(records)
    return selector.encode()


class Signer(dkim.DKIM):
    """Signs with tags that dkimpy would not write itself."""

    tags = {}

    def gen_header(self, fields, include_headers, *rest, **named):
        present = [(name, self.tags.get(name, value)) for name, value in fields if self.tags.get(name, value) is not None]
        new = [(name, value) for name, value in self.tags.items() if name not in dict(fields) and value is not None]
        if b"h" in self.tags:
            include_headers = tuple(self.tags[b"h"].split(b":"))
        # b= stays the last: it is folded onto lines of its own.
        return super().gen_header(present[:-1] + new + present[-1:], include_headers, *rest, **named)


MESSAGE = b"""\
Received: from client.dkim.test by mx.dkim.test; Fri, 20 Nov 2026 21:01:54 -0700
From: Joe SixPack <joe@dkim.test>
To: Suzie Q <suzie@shopping.example>
Subject:  Is   dinner\tready?
Date: Fri, 20 Nov 2026 21:00:37 -0700
Message-ID: <20261120@dkim.test>
X-Folded: one
\ttwo
 three

Hi. \t

We lost  the game.   Are you hungry yet?

Joe.

""".replace(b"\n", b"\r\n")
PLAIN = ["from", "to", "subject", "date", "message-id", "x-folded"]


def sign(selector, message=MESSAGE, algorithm=b"rsa-sha256", canon=(b"relaxed", b"relaxed"), fields=PLAIN, length=False,
         private=None, domain=b"dkim.test", **tags):
    """A signed message. What dkimpy would not sign is given as tags: they stand in place of its own, None for no such tag."""
    signer = Signer(message)
    signer.tags = {name.encode(): value for name, value in tags.items()}
    if private is None:
        private = ED if algorithm.startswith(b"ed") else RSA
    return signer.sign(selector, domain, private, algorithm, canonicalize=canon, include_headers=fields, length=length) + message


def look_up(name, timeout=5):
    """The record that dkimpy is given: the first, as its own look-up has it."""
    records = KEYS.get(name.decode().rstrip(".").lower())
    return None if not records or records[0].startswith("!") else records[0].encode()


def judge(message, place):
    """What dkimpy says of one signature."""
    try:
        return ("pass", "") if dkim.DKIM(message).verify(place, dnsfunc=look_up) else ("fail", "")
    # It lets errors of other libraries through for some keys.
    except Exception as error:
        return "fail", f"{type(error).__name__}: {error}"


def case(name, message, signatures=1):
    """Writes a message down with dkimpy's verdict."""
    judged = [judge(message, place) for place in range(signatures)]
    says = " ".join(" ".join(why for _, why in judged).split())
    VERDICTS.append(f"{name}\t{','.join(verdict for verdict, _ in judged)}\t{says}\n")
    (DIR / (name + ".eml")).write_bytes(message)


def number(value):
    return str(value).encode()


good = key("good", f"v=DKIM1; k=rsa; p={RSA_PUBLIC}")
edward = key("ed", f"v=DKIM1; k=ed25519; p={ED_PUBLIC}")

# Every way to sign, and a body of every awkward kind.
for algorithm, selector in [(b"rsa-sha256", good), (b"ed25519-sha256", edward)]:
    for header in [b"simple", b"relaxed"]:
        for body in [b"simple", b"relaxed"]:
            short = algorithm.decode().split("-")[0]
            name = f"{short}-{header.decode()}-{body.decode()}"
            case(name, sign(selector, algorithm=algorithm, canon=(header, body)))
head = MESSAGE[: MESSAGE.index(b"\r\n\r\n") + 4]
for c in [b"simple", b"relaxed"]:
    for what, body in [
        ("empty", b""),
        ("blank-lines", b"\r\n\r\n\r\n"),
        ("white-space", b" \t \r\n\r\n"),
        ("no-line-end", b"the last line has no end"),
        ("octets", b"\xff\x00\x80 gr\xc3\xbc\xc3\x9fe\r\n"),
        ("long-line", b"x" * 5000 + b"\r\n"),
    ]:
        case(f"body-{what}-{c.decode()}", sign(good, head + body, canon=(c, c)))
case("header-utf-8", sign(good, MESSAGE.replace(b"dinner", "dîner".encode())))
case("header-empty-field", sign(good, MESSAGE.replace(b"Joe SixPack <joe@dkim.test>", b"joe@dkim.test\r\nX-Empty:"), fields=PLAIN + ["x-empty"]))
case("line-feeds-alone", sign(good).replace(b"\r\n", b"\n"))
case("mbox-separator", b"From joe Fri Nov 20 21:00:37 2026\r\n" + sign(good))

# How much is signed.
appended = b"-- \r\na footer of a mailing list\r\n"
case("length", sign(good, length=True))
case("length-appended", sign(good, length=True) + appended)
case("length-zero", sign(good, head, length=True) + appended)
case("length-too-large", sign(good, l=number(100_000)))
case("length-no-number", sign(good, l=b"ten"))
case("oversigned", sign(good, fields=PLAIN + ["from", "subject", "reply-to"]))
case("oversigned-added", b"Subject: another\r\n" + sign(good, fields=PLAIN + ["subject"]))
case("added-unsigned", b"Subject: another\r\n" + sign(good))
case("added-from", sign(good).replace(b"From: Joe", b"From: Eve <eve@evil.example>\r\nFrom: Joe", 1))
case("added-from-oversigned", sign(good, fields=PLAIN + ["from"]).replace(b"From: Joe", b"From: Eve <eve@evil.example>\r\nFrom: Joe", 1))
twice = MESSAGE.replace(b"X-Folded", b"X-Twice: lower\r\nX-Folded").replace(b"Subject", b"X-Twice: upper\r\nSubject")
case("one-of-two-fields", sign(good, twice, fields=PLAIN + ["x-twice"]))
case("one-of-two-fields-changed", sign(good, twice, fields=PLAIN + ["x-twice"]).replace(b"upper", b"other"))
case("both-fields-changed", sign(good, twice, fields=PLAIN + ["x-twice", "x-twice"]).replace(b"upper", b"other"))

# Changed on the way.
case("changed-body", sign(good).replace(b"We lost", b"We won"))
case("changed-body-footer", sign(good) + appended)
case("changed-body-white-space-simple", sign(good, canon=(b"simple", b"simple")).replace(b"the game.   Are", b"the game. Are"))
case("changed-body-white-space-relaxed", sign(good).replace(b"the game.   Are", b"the game. Are"))
case("changed-header", sign(good).replace(b"dinner", b"supper"))
case("changed-header-white-space-simple", sign(good, canon=(b"simple", b"simple")).replace(b"  Is   dinner", b" Is dinner"))
case("changed-header-white-space-relaxed", sign(good).replace(b"  Is   dinner", b" Is dinner"))
case("changed-header-case-relaxed", sign(good).replace(b"Subject:", b"SUBJECT:"))
case("changed-header-case-simple", sign(good, canon=(b"simple", b"simple")).replace(b"Subject:", b"SUBJECT:"))
case("changed-header-unsigned", sign(good).replace(b"mx.dkim.test;", b"other.dkim.test;"))
case("changed-header-refolded", sign(good).replace(b"one\r\n\ttwo", b"one two"))
case("changed-ed25519-header", sign(edward, algorithm=b"ed25519-sha256").replace(b"dinner", b"supper"))
case("changed-ed25519-body", sign(edward, algorithm=b"ed25519-sha256").replace(b"We lost", b"We won"))
case("changed-signature", sign(good).replace(b"q=dns/txt", b"q= dns/txt"))
case("mailing-list", sign(good).replace(b"Subject:  Is", b"Subject: [list] Is"))

# Time.
case("expires-later", sign(good, x=number(NOW + 24 * HOUR)))
case("expired", sign(good, t=number(NOW - 48 * HOUR), x=number(NOW - 24 * HOUR)))
case("expired-an-hour-ago", sign(good, t=number(NOW - 48 * HOUR), x=number(NOW - HOUR)))
case("expires-before-signed", sign(good, t=number(NOW - HOUR), x=number(NOW - 2 * HOUR)))
case("signed-in-an-hour", sign(good, t=number(NOW + HOUR)))
case("signed-in-a-day", sign(good, t=number(NOW + 24 * HOUR)))
case("no-time", sign(good, t=None))

# The key.
case("key-in-two-strings", sign(key("long", f"v=DKIM1; n={'long note ' * 30}; p={RSA_PUBLIC}")))
case("key-without-version", sign(key("bare", f"p={RSA_PUBLIC}")))
case("key-version-late", sign(key("late", f"p={RSA_PUBLIC}; v=DKIM1")))
case("key-version-2", sign(key("two", f"v=DKIM2; p={RSA_PUBLIC}")))
case("key-with-blanks", sign(key("blanks", f"v=DKIM1; k=rsa; p={RSA_PUBLIC[:100]} {RSA_PUBLIC[100:]}")))
case("key-testing", sign(key("testing", f"v=DKIM1; t=y; p={RSA_PUBLIC}")))
case("key-testing-changed", sign(b"testing").replace(b"We lost", b"We won"))
strict = key("strict", f"v=DKIM1; t=s; p={RSA_PUBLIC}")
case("key-strict", sign(strict))
case("key-strict-subdomain", sign(strict, i=b"joe@sub.dkim.test"))
case("identity-subdomain", sign(good, i=b"joe@sub.dkim.test"))
case("identity-elsewhere", sign(good, i=b"joe@other.test"))
case("key-missing", sign(b"missing"))
case("key-revoked", sign(key("revoked", "v=DKIM1; p=")))
case("key-other", sign(key("other", f"v=DKIM1; p={OTHER_PUBLIC}")))
case("key-unreadable", sign(key("unreadable", "v=DKIM1; p=bm8ga2V5IGF0IGFsbA==")))
case("key-no-base64", sign(key("nobase", f"v=DKIM1; p={RSA_PUBLIC[:-3]}")))
case("key-not-a-list", sign(key("nolist", f"v=DKIM1; {RSA_PUBLIC}")))
case("key-no-answer", sign(key("noanswer", "!SERVFAIL")))
case("key-unknown-kind", sign(key("kind", f"v=DKIM1; k=dsa; p={RSA_PUBLIC}")))
case("key-of-ed25519-for-rsa", sign(edward))
case("key-of-rsa-for-ed25519", sign(good, algorithm=b"ed25519-sha256"))
case("key-only-sha1", sign(key("sha1", f"v=DKIM1; h=sha1; p={RSA_PUBLIC}")))
case("key-sha1-and-sha256", sign(key("both", f"v=DKIM1; h=sha1:sha256; p={RSA_PUBLIC}")))
case("key-for-mail", sign(key("mail", f"v=DKIM1; s=email; p={RSA_PUBLIC}")))
case("key-for-something-else", sign(key("else", f"v=DKIM1; s=other; p={RSA_PUBLIC}")))
case("key-for-mail-and-more", sign(key("more", f"v=DKIM1; s=email:other; p={RSA_PUBLIC}")))
case("key-twice", sign(key("twice", f"v=DKIM1; p={OTHER_PUBLIC}", f"v=DKIM1; p={RSA_PUBLIC}")))
for bits in [512, 1024, 3072]:
    private, public = rsa(bits)
    case(f"key-of-{bits}-bits", sign(key(f"bits{bits}", f"v=DKIM1; p={public}"), private=private))

# The field.
case("sha1", sign(good, algorithm=b"rsa-sha1"))
case("unknown-algorithm", sign(good, a=b"rsa-sha512"))
case("unknown-canonicalization", sign(good, c=b"nowsp/relaxed"))
case("header-canonicalization-alone", sign(good, canon=(b"relaxed", b"simple"), c=b"relaxed"))
case("unknown-query", sign(good, q=b"http"))
case("no-query", sign(good, q=None))
case("version-2", sign(good, v=b"2"))
case("no-version", sign(good, v=None))
case("no-selector", sign(good, s=None))
case("no-domain", sign(good, d=None))
case("no-body-hash", sign(good, bh=None))
case("from-not-signed", sign(good, h=b"date:to"))
case("unknown-tag", sign(good, note=b"passed over"))
case("domain-in-capitals", sign(good, domain=b"DKIM.test"))
case("two-signatures", sign(good, sign(edward, algorithm=b"ed25519-sha256")), 2)
case("two-signatures-one-changed", sign(good, sign(edward, algorithm=b"ed25519-sha256").replace(b"dinner", b"supper")), 2)
signed = sign(good)
case("duplicate-tag", signed.replace(b"q=dns/txt;", b"q=dns/txt; q=dns/txt;"))
case("blanks-around-equals", sign(good, **{"z ": b" From:joe@dkim.test"}))
case("signature-no-base64", signed[: signed.index(b"b=") + 2] + b"!!!!" + signed[signed.index(b"b=") + 2 :])
case("no-from", sign(good).replace(b"From: Joe SixPack <joe@dkim.test>\r\n", b""))
case("blank-before-colon", sign(good).replace(b"Subject:", b"Subject :"))

(DIR / "keys").write_text("".join(f"{name}\t{record}\n" for name, records in KEYS.items() for record in records))
(DIR / "verdicts").write_text("".join(VERDICTS))
