"""Content, tracked links, and clicks told apart from crawlers."""
