"""When must somebody be told of a metric, why did it move, and how does the message reach them?"""
