module tcpclient

go 1.22
