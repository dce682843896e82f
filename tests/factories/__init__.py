"""Rows with no surprises, made by the real actions wherever there is one."""
