"""End-to-end tests of network boot: what any site is asked, and what the harness is asked."""
