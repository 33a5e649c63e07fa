"""What settings name files for: operations that services declare, and what lets requests into a cluster."""
