// The plain TCP counterpart of fanclient: N connections that each take messages of a four-byte length and that many bytes.
// Same options, same output, so that the limit is measured by the same kind of client as the servers.
package main

import (
	"bufio"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

const frameBytes = 16 * 1024

func fail(err error) {
	fmt.Println("failed:", err)
	os.Exit(1)
}

func main() {
	addr := flag.String("addr", "", "host:port")
	n := flag.Int("n", 1000, "connections")
	trigger := flag.String("trigger", "", "a POST to this URL makes the change")
	rounds := flag.Int("rounds", 5, "changes")
	flag.Parse()
	var got, bytes atomic.Int64
	times := make([]time.Time, *n)
	var wg sync.WaitGroup
	sem := make(chan struct{}, 64)
	began := time.Now()
	for i := 0; i < *n; i++ {
		sem <- struct{}{}
		wg.Add(1)
		go func(i int) {
			conn, err := net.Dial("tcp", *addr)
			if err != nil {
				fail(err)
			}
			reader := bufio.NewReaderSize(conn, 4096)
			head := make([]byte, 4)
			var body []byte
			for first := true; ; {
				if _, err := io.ReadFull(reader, head); err != nil {
					fail(err)
				}
				size := int(binary.BigEndian.Uint32(head))
				if cap(body) < size {
					body = make([]byte, size)
				}
				// In pieces of an HTTP/2 frame, as grpc-go reads: the limit is to be of the server, not of fewer system calls here.
				for at := 0; at < size; at += frameBytes {
					if _, err := io.ReadFull(reader, body[at:min(at+frameBytes, size)]); err != nil {
						fail(err)
					}
				}
				bytes.Add(int64(size))
				if first {
					first = false
					<-sem
					wg.Done()
					continue
				}
				times[i] = time.Now()
				got.Add(1)
			}
		}(i)
	}
	wg.Wait()
	fmt.Printf("connected n=%d in %v\n", *n, time.Since(began).Round(time.Millisecond))
	time.Sleep(500 * time.Millisecond)
	for round := 0; round < *rounds; round++ {
		got.Store(0)
		bytes.Store(0)
		start := time.Now()
		response, err := http.Post(*trigger, "text/plain", nil)
		if err != nil {
			fail(err)
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
		for got.Load() < int64(*n) {
			time.Sleep(time.Millisecond)
		}
		took := make([]float64, *n)
		for i := range took {
			took[i] = times[i].Sub(start).Seconds() * 1000
		}
		sort.Float64s(took)
		fmt.Printf("round %d first=%.1fms p50=%.1fms p99=%.1fms last=%.1fms bytes=%dMB\n",
			round, took[0], took[*n/2], took[*n*99/100], took[*n-1], bytes.Load()>>20)
		time.Sleep(300 * time.Millisecond)
	}
}
