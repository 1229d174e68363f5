"""Articles (正文) and attachments (附件)."""
