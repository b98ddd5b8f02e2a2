"""Papers of leads as workbooks."""
