"""The rehearsal room: schemes simulated for the company before anybody is asked to share, on pages for HR and strategists."""
