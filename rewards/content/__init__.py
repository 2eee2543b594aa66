"""Content, tracked links, and clicks distinguished from crawlers."""
