// Expression
