"""Two servers over one PostgreSQL database: what is pushed to one is told by the other, whatever becomes of the connection between them."""
