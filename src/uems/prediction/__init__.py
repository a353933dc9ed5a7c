"""What comes next? Models of what people will do, proven on the past before they speak, and explained person by person."""
