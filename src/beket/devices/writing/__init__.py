"""The port that writes to a lane's equipment: orders with a name, an interlock, a read-back and a record. No driver."""
