// StreamAPI
