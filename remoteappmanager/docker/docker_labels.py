"""Docker labels by which images describe themselves and containers are found again.

The names are part of the protocol with application packagers
(doc/source/developers/image_protocol.rst); a change breaks every image.
"""

SIMPHONY_NS = "eu.simphony-project.docker"

#: Labels of an image.
UI_NAME = f"{SIMPHONY_NS}.ui_name"
ICON_128 = f"{SIMPHONY_NS}.icon_128"
DESCRIPTION = f"{SIMPHONY_NS}.description"
TYPE = f"{SIMPHONY_NS}.type"
ENV_PREFIX = f"{SIMPHONY_NS}.env."

SIMPHONY_NS_RUNINFO = f"{SIMPHONY_NS}.runinfo"

#: Labels of a container that we started: all that is known about it.
USER = f"{SIMPHONY_NS_RUNINFO}.user"
MAPPING_ID = f"{SIMPHONY_NS_RUNINFO}.mapping_id"
URL_ID = f"{SIMPHONY_NS_RUNINFO}.url_id"
URLPATH = f"{SIMPHONY_NS_RUNINFO}.urlpath"
REALM = f"{SIMPHONY_NS_RUNINFO}.realm"

#: Label of the networks that we made, valued with the realm.
NETWORK_REALM = f"{SIMPHONY_NS}.network.realm"
