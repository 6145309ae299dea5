"""A BMC's second way in: Redfish (DMTF DSP0266), JSON over HTTPS.

It shows and sets what IPMI does, of the same chassis, for the same users. sushy-tools' emulator
was looked at first; docs/redfish.md says what it cannot do.
"""

PORT = 443
"""HTTPS'."""
