"""The search of a site (站内搜索): its forms, how its engines are asked, what a result page shows."""
