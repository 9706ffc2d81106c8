package reach

import "math"

// arc is an edge of a flow network; back is its counterpart's place in the other node's list.
type arc struct{ to, capacity, back int }

// flow is Dinic's algorithm for the least cut.
type flow struct {
	out   [][]arc
	level []int
	at    []int
}

// endless is the capacity of what can't be taken away.
const endless = math.MaxInt32

func (f *flow) node() int {
	f.out = append(f.out, nil)
	return len(f.out) - 1
}

func (f *flow) add(from, to, capacity int) {
	f.out[from] = append(f.out[from], arc{to, capacity, len(f.out[to])})
	f.out[to] = append(f.out[to], arc{from, 0, len(f.out[from]) - 1})
}

// saturate pushes all that fits; level then has what is on the source's side, at 0 or more.
func (f *flow) saturate(source, sink int) {
	for f.layers(source, sink) {
		f.at = make([]int, len(f.out))
		for f.push(source, sink, endless) > 0 {
		}
	}
}

func (f *flow) layers(source, sink int) bool {
	f.level = make([]int, len(f.out))
	for i := range f.level {
		f.level[i] = -1
	}
	f.level[source] = 0
	for queue := []int{source}; len(queue) > 0; queue = queue[1:] {
		for _, e := range f.out[queue[0]] {
			if e.capacity > 0 && f.level[e.to] < 0 {
				f.level[e.to] = f.level[queue[0]] + 1
				queue = append(queue, e.to)
			}
		}
	}
	return f.level[sink] >= 0
}

func (f *flow) push(from, sink, want int) int {
	if from == sink {
		return want
	}
	for ; f.at[from] < len(f.out[from]); f.at[from]++ {
		e := &f.out[from][f.at[from]]
		if e.capacity == 0 || f.level[e.to] != f.level[from]+1 {
			continue
		}
		if got := f.push(e.to, sink, min(want, e.capacity)); got > 0 {
			e.capacity -= got
			f.out[e.to][e.back].capacity += got
			return got
		}
	}
	return 0
}
