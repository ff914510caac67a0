"""Publishers' files from public addresses: downloaded, checked and put into the store."""
