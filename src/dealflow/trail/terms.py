"""What the parts of entries are called in messages."""

from __future__ import annotations

from typing import Final

from dealflow.message import message

ABOUT: Final = message("about:")
CONTACT: Final = message("contact:")
FACT: Final = message("fact")
INTO: Final = message("into:")
PARTICIPANT: Final = message("participant")
PRODUCT: Final = message("product")
ROLE: Final = message("role")
THE_ACCOUNT: Final = message("the account")
THE_AUTHORITY: Final = message("the authority")
THE_CHANNEL: Final = message("the channel")
THE_CONTACT: Final = message("the contact")
THE_CONTACTS_ID: Final = message("the contact's id")
THE_DEALS_ID: Final = message("the deal's id")
THE_DEPARTMENT: Final = message("the department")
THE_FACT: Final = message("the fact")
THE_INFLUENCE: Final = message("the influence")
THE_INTERACTIONS_ID: Final = message("the interaction's id")
THE_KIND: Final = message("the kind")
THE_KIND_OF_INTERACTION: Final = message("the kind of interaction")
THE_LEVEL: Final = message("the level")
THE_MARKET: Final = message("the market")
THE_NAME: Final = message("the name")
THE_OWNER: Final = message("the owner")
THE_PARTICIPANT: Final = message("the participant")
THE_PRODUCT: Final = message("the product")
THE_QUOTE: Final = message("the quote")
THE_REASON: Final = message("the reason")
THE_RESPONSE_MODE: Final = message("the response mode")
THE_RIVAL: Final = message("the rival")
THE_ROLE: Final = message("the role")
THE_SIDE_THAT_SPOKE: Final = message("the side that spoke")
THE_SOURCE: Final = message("the source")
THE_SOURCES_NAME: Final = message("the source's name")
THE_TITLE: Final = message("the title")
THE_WINNING_ALTERNATIVE: Final = message("the winning alternative")
VIA: Final = message("via:")
