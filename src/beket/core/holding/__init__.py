"""Who has a conveyance where evidence cannot tell: what people of a place said of the neighbour and of the trade."""
