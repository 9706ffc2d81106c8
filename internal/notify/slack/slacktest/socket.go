package slacktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

// conn is one connection of Socket Mode.
type conn struct {
	ws   *websocket.Conn
	acks chan string
}

func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &conn{ws, make(chan string, 100)}
	_ = ws.WriteJSON(answer{"type": "hello", "num_connections": 1})
	s.mu.Lock()
	s.conns = append(s.conns, c)
	s.mu.Unlock()
	for {
		var ack struct {
			ID string `json:"envelope_id"`
		}
		if ws.ReadJSON(&ack) != nil {
			close(c.acks)
			return
		}
		c.acks <- ack.ID
	}
}

// Deliver brings a click by the newest connection, and returns whether it was acknowledged.
func (s *Server) Deliver(c Click) bool {
	s.mu.Lock()
	on := s.conns[len(s.conns)-1]
	s.last++
	id := fmt.Sprint("envelope-", s.last)
	s.mu.Unlock()
	if on.ws.WriteJSON(answer{"type": "interactive", "envelope_id": id, "payload": json.RawMessage(c.Payload()), "accepts_response_payload": true}) != nil {
		return false
	}
	for ack := range on.acks {
		if ack == id {
			return true
		}
	}
	return false
}

// Connections is how many were made so far.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Await waits until so many connections were made.
func (s *Server) Await(n int) bool {
	for range 1000 {
		if s.Connections() >= n {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// Die breaks all connections.
func (s *Server) Die() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		_ = c.ws.Close()
	}
}
