"""What people read: feedback pages and the class report."""
