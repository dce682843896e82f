"""What of a case leaves as a document: workbooks, which come back, and printed questionnaires. Values in, bytes or plain values out."""
