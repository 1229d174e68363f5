"""What is published: policy documents (政策文件), service guides (办事指南), letters (来信)."""
