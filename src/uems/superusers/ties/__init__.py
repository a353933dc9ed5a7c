"""How strong is the tie between each person and us, who is rising, who is cooling? Scored from two-way signals, judged on what came."""
