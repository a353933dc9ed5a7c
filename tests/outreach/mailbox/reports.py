"""What do mail servers write about a letter? Reports after the examples of RFC 3464 and RFC 5965, about a letter of ours."""

from email import message_from_bytes

DELIVERY = """\
From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>
To: {to}
Subject: Returned mail: see transcript for details
MIME-Version: 1.0
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status;
 boundary="RAA14128.773615765/CS.UTK.EDU"

--RAA14128.773615765/CS.UTK.EDU
Content-Type: text/plain; charset=us-ascii

The original message was received at Mon, 2 Mar 2026 13:30:00 +0000
   ----- The following addresses had delivery problems -----

--RAA14128.773615765/CS.UTK.EDU
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Mon, 2 Mar 2026 13:30:00 +0000

Original-Recipient: rfc822;{recipient}
Final-Recipient: RFC822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: DNS; vnet.example
Diagnostic-Code: {diagnostic}
Last-Attempt-Date: Mon, 2 Mar 2026 13:31:00 +0000

--RAA14128.773615765/CS.UTK.EDU
{returned}
--RAA14128.773615765/CS.UTK.EDU--
"""

COMPLAINT = """\
From: <abusedesk@example.net>
Date: Mon, 2 Mar 2026 14:00:00 +0000
Subject: FW: Earn money
To: {to}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
     boundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"
Content-Transfer-Encoding: 7bit

This is an email abuse report for an email message received from IP 192.0.2.1 on Mon, 2 Mar 2026 13:30:00 +0000.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <somespammer@example.net>
Reported-Domain: example.net

--part1_13d.2e68ed54_boundary
{returned}
--part1_13d.2e68ed54_boundary--
"""


def _head(letter: bytes) -> bytes:
    return letter.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n\n"


def whole(letter: bytes) -> str:
    """The letter as it is sent back."""
    return "Content-Type: message/rfc822\n\n" + letter.replace(b"\r\n", b"\n").decode()


def headers(letter: bytes) -> str:
    """Its headers alone."""
    return "Content-Type: text/rfc822-headers\n\n" + _head(letter).decode()


def nothing(letter: bytes) -> str:
    """Not even them: what came back names only the subject."""
    subject = message_from_bytes(letter)["Subject"]
    return f"Content-Type: text/rfc822-headers\n\nSubject: {subject}\n"


def delivery(
    returned: str,
    *,
    to: str = "bounces@shop.example",
    recipient: str = "mei@example.com",
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 <mei@example.com>... User unknown",
) -> bytes:
    said = DELIVERY.format(to=to, recipient=recipient, action=action, status=status, diagnostic=diagnostic, returned=returned)
    return said.replace("\n", "\r\n").encode()


def complaint(returned: str, *, to: str = "bounces@shop.example", kind: str = "abuse") -> bytes:
    return COMPLAINT.format(to=to, kind=kind, returned=returned).replace("\n", "\r\n").encode()
