"""The JSON Schemas of what nplint reads and writes."""
