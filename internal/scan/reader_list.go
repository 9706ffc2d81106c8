package scan

// element begins an element of a list, or ends an empty list.
func (r *Reader) element(c byte) (verdict, error) {
	if c == ']' && r.level == opened {
		return r.next(c), nil
	}
	if c == '{' {
		return r.object(!r.wrapped)
	}
	end, v := r.text.skipAny(r.from)
	if v != whole {
		return v, nil
	}
	if r.Exported && (c == '"' || c == '[') {
		return r.unsure(end), nil
	}
	f := &Fault{Offset: r.base + int64(r.from), Line: r.lineOf(r.from), Err: errNoObject}
	r.from = end
	r.closed()
	return whole, f
}

// next passes what stands between the elements of a list, or behind them.
func (r *Reader) next(c byte) verdict {
	switch {
	case c == ',':
		r.level = due
	case c == ']' && r.wrapped:
		r.level = envelope
	case c == ']':
		r.level, r.array = outside, false
	default:
		return broken
	}
	r.from++
	return whole
}

// afterList goes on in the envelope behind its records.
func (r *Reader) afterList() verdict {
	s := object{text: &r.text, outermost: true}
	next, more, v := s.separator(r.from)
	if v == whole && more {
		next, v = s.member(skipBlank(s.buf, next))
	}
	switch {
	case v == listed:
		r.level, r.from = opened, next
		return whole
	case v == whole:
		r.from = next
		if !more {
			r.wrapped = false
			r.closed()
		}
	}
	return v
}
