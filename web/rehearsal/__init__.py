"""Pages of the rehearsal room: schemes simulated for the company before anybody is asked to share, for HR and strategists."""
